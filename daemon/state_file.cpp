#include "daemon/state_file.h"

#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <utility>

#include "daemon/whole_file.h"

namespace lvsd {

namespace {

// Far above what 100,000 services need.
constexpr std::size_t size_limit = std::size_t{64} << 20;

std::string first_line(const char* path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

Result<std::optional<State>> StateFile::load() const {
  const std::string attempt = "the state file " + path_.string();
  const auto text = file_content(path_, size_limit);
  if (!text && text.error().code != std::errc::file_too_large) return within(attempt, text.error());
  if (text && !*text) return std::optional<State>();
  Result<State> state = Error{state_errc::damaged, {}};
  if (text) state = parse_state(**text);
  if (state) return std::optional(std::move(*state));
  if (state.error().code == state_errc::damaged)
    ::rename(path_.c_str(), (path_.native() + ".bad").c_str());
  return within(attempt, state.error());
}

Result<void> StateFile::save(const State& state) const {
  const auto done = replace_file(path_, text(state));
  if (done) return {};
  return within("saving the state file " + path_.string(), done.error());
}

State present_state() {
  State state;
  state.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  struct stat found {};
  if (::stat("/proc/thread-self/ns/net", &found) == 0) state.network_namespace = found.st_ino;
  return state;
}

}  // namespace lvsd
