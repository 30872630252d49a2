#!/bin/sh
# Writes assembly that puts files into the program, and a table of them for C (engine/base/embed.h):
#   tools/embed.sh SYMBOL FOLDER FILE... > out.S
# A file is called by its path below the folder.
set -eu
symbol=$1 folder=$2
shift 2
echo '	.section .note.GNU-stack,"",@progbits'
echo '	.section .rodata'
count=0
for file in "$@"; do
	printf 'name_%d:\n\t.asciz "%s"\n' "$count" "${file#"$folder"/}"
	printf '\t.balign 8\ndata_%d:\n\t.incbin "%s"\nend_%d:\n\t.byte 0\n\t.balign 8\n' "$count" "$file" "$count"
	count=$((count + 1))
done
echo '	.section .data.rel.ro,"aw"'
printf '\t.balign 8\n\t.globl %s\n%s:\n' "$symbol" "$symbol"
number=0
while [ "$number" -lt "$count" ]; do
	printf '\t.quad name_%d, data_%d, end_%d - data_%d\n' "$number" "$number" "$number" "$number"
	number=$((number + 1))
done
echo '	.quad 0, 0, 0'
