# cmake -DSOURCE=… -DMADE=… -P embed.cmake: a file as a string literal of C++. Literals have a longest
# length that every compiler takes, so a long file is several, one after the other.
file(READ ${SOURCE} left)
set(literals "")
while(NOT left STREQUAL "")
  string(SUBSTRING "${left}" 0 8000 piece)
  string(LENGTH "${piece}" taken)
  string(SUBSTRING "${left}" ${taken} -1 left)
  string(APPEND literals "R\"lvsd(${piece})lvsd\"\n")
endwhile()
file(WRITE ${MADE} "${literals}")
