"""HTTP for every route: a request comes in, a response goes out.

gateway       each API request: logged, limited, delayed, and changed by a fault
request_log   the log that tests read
wire          whole requests and responses, and connections that can be closed
routing       routes of handlers, for this machine only
result        what a handler returns
json_schema   a request body read and checked
"""
