#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# same_answers.sh FOLDER: with the commands of standard input, one a line without "podsysctl", writes
# what each prints and its exit code into FOLDER, a file each. Ages in tables are left out: they go on.
mkdir -p "$1"
number=0
while IFS= read -r words; do
  number=$((number + 1))
  set -- "$1" "$(printf %02d $number)"
  {
    printf '%s\n' "$words"
    eval "podsysctl $words" 2>&1
    printf 'exit %s\n' $?
  } > "$1/$2"
  case $words in
    *json*) ;;
    ps* | events*) sed -E -i 's/\b[0-9]+[smhd]\b/AGE/g; s/ +/ /g' "$1/$2" ;;
  esac
done
