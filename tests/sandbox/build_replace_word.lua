-- Making a word mean something else.
-- build: script_failed

package = nil
