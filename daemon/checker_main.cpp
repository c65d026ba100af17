// lvsd-checker: a program of its own, so that what speaks TLS is not in the process that has the
// table.

#include "daemon/checker.h"

int main(int argc, char** argv) {
  return lvsd::run_checker(argc == 2 ? argv[1] : "");
}
