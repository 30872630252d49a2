-- A global variable.
-- build: script_failed

total = 1
