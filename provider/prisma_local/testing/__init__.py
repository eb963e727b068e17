"""What a test can set: how slow, how busy and how faulty the server is, and where it is killed.

settings       latency, provisioning time and the like     rate_limit   requests a second
faults         which requests fail, and how                json_edits   how faults change JSON
crash_points   where the fault `kill` ends this process
"""
