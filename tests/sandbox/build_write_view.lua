-- Writing into a library.
-- build: script_failed

math.max = nil
