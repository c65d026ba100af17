#pragma once

#include <string>

#include "test/kernel/daemon.h"
#include "test/kernel/process.h"
#include "test/kernel/test_net.h"

namespace lvsd::testing {

// This build's lvsctl, asking the lvsd of a folder.
Command lvsctl_command(const DaemonFolder& folder, const Command& arguments);

struct Ran {
  int exit = -1;
  std::string output;  // and error
};

// Run on the director to its end, within 20 s.
Ran lvsctl(const TestNet& net, const DaemonFolder& folder, const Command& arguments);

}  // namespace lvsd::testing
