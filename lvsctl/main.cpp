#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "daemon/memory_ahead.h"
#include "lvsctl/command_line.h"
#include "lvsctl/machine.h"

namespace {

using lvsd::ctl::Exit;

lvsd::ctl::Surroundings surroundings() {
  lvsd::ctl::Surroundings here;
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
    here.terminal_width = size.ws_col == 0 ? 80 : size.ws_col;
  const char* no_color = std::getenv("NO_COLOR");
  here.no_color = no_color && *no_color != '\0';
  std::setlocale(LC_CTYPE, "");
  here.unicode = std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
  here.error_is_terminal = ::isatty(STDERR_FILENO) == 1;
  here.machine = lvsd::ctl::this_machine();
  here.connect = [](const std::filesystem::path& socket, std::chrono::milliseconds timeout) {
    return lvsd::ctl::client(socket, timeout);
  };
  here.follow = [](const std::filesystem::path& socket, std::chrono::milliseconds timeout) {
    return lvsd::ctl::follower(socket, timeout);
  };
  here.fetch = [](const std::filesystem::path& socket, std::chrono::milliseconds timeout) {
    return lvsd::ctl::fetcher(socket, timeout);
  };
  here.print = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (std::fflush(stdout) != 0) std::exit(static_cast<int>(Exit::internal));
  };
  here.tell = [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); };
  return here;
}

// What a command takes that has a short answer.
constexpr std::size_t least_memory = std::size_t{512} << 10;

}  // namespace

int main(int argc, char** argv) {
  lvsd::use_one_heap();
  lvsd::take_memory_ahead(least_memory);
  const auto output = lvsd::ctl::outcome({argv + std::min(argc, 1), argv + argc}, surroundings());
  std::fwrite(output.err.data(), 1, output.err.size(), stderr);
  const bool written =
      std::fwrite(output.out.data(), 1, output.out.size(), stdout) == output.out.size();
  if (std::fflush(stdout) != 0 || !written) {
    std::perror("lvsctl: writing the output");
    return static_cast<int>(Exit::internal);
  }
  return static_cast<int>(output.exit);
}
