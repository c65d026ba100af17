#include "test/kernel/lvsctl.h"

#include <filesystem>

namespace lvsd::testing {

Command lvsctl_command(const DaemonFolder& folder, const Command& arguments) {
  const auto tests = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  Command command{tests.parent_path().parent_path() / "lvsctl" / "lvsctl", "-s", folder.socket()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

Ran lvsctl(const TestNet& net, const DaemonFolder& folder, const Command& arguments) {
  Process process(net.director().net, lvsctl_command(folder, arguments));
  const auto exit = process.exit_code(std::chrono::seconds(20));
  return {exit.value_or(-1), process.output()};
}

}  // namespace lvsd::testing
