# until_true WHAT COMMAND...: it is so within half a minute, or the script's fail says WHAT is not.
until_true() {
  what=$1 left=300
  shift
  while ! "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || fail "$what"
    sleep 0.1
  done
}
