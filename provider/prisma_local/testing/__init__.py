"""What a test can set: how slow, how busy and how faulty the server is, and where it is killed.

settings       latency, provisioning time and the like     rate_limit   requests a second
faults         which requests fail, and how                json_edits   the edits that faults make
crash_points   where a request may have this process killed
"""
