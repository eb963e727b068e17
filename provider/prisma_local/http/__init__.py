"""HTTP for every route: a request comes in, a response goes out.

gateway       each API request: logged, limited, delayed, and changed where a fault says so
request_log   the log that tests read
wire          whole requests and responses, and connections that can be closed
result        what a rule returns              responses    from that to a response
json_schema   reads and checks a request body  local_only   requests of this machine only
"""
