#include "test/kernel/daemon.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "base/parse_number.h"
#include "base/unique_fd.h"
#include "test/kernel/eventually.h"

namespace lvsd::testing {
namespace {

// $LVSD_BINARY, or the lvsd of the build this test is of.
std::string binary() {
  if (const char* named = std::getenv("LVSD_BINARY")) return named;
  const auto tests = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return tests.parent_path().parent_path() / "daemon" / "lvsd";
}

UniqueFd connected(const std::filesystem::path& path, std::chrono::milliseconds limit) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path)
    throw std::runtime_error("too long for a socket: " + path.native());
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = limit.count() / 1000, .tv_usec = limit.count() % 1000 * 1000};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fd.reset();
  return fd;
}

}  // namespace

Command lvsd_command(const DaemonFolder& folder, const Command& arguments) {
  Command command{binary(),        "--config",    folder.config(), "--socket",
                  folder.socket(), "--state-dir", folder.state(),  "--foreground"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

DaemonFolder::DaemonFolder() {
  // Short, because the name of a Unix socket has 107 characters at most.
  std::string name = std::filesystem::temp_directory_path() / "lvsd-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
  path_ = name;
  std::filesystem::create_directory(state());
}

DaemonFolder::~DaemonFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void DaemonFolder::write_config(std::string_view text) const {
  const std::filesystem::path written = path_ / "lvsd.conf.new";
  std::ofstream file(written, std::ios::trunc);
  file << text << std::flush;
  if (!file) throw std::runtime_error("cannot write " + written.native());
  std::filesystem::rename(written, config());
}

Daemon::Daemon(const Host& host, const DaemonFolder& folder, const Command& arguments)
    : folder_(folder), process_(host.net, lvsd_command(folder, arguments)) {}

void Daemon::wait_ready(std::chrono::milliseconds limit) {
  const bool ended = eventually(
      limit, [&] { return !running() || ask(folder_.socket(), "GET /readyz").status == 200; });
  if (!ended) throw std::runtime_error("lvsd is not ready in time; its log:\n" + log());
  if (!running()) throw std::runtime_error("lvsd has ended; its log:\n" + log());
}

void Daemon::reload(std::string_view config) {
  folder_.write_config(config);
  send(SIGHUP);
}

Reply ask(const std::filesystem::path& socket, std::string_view request,
          std::chrono::milliseconds limit) {
  const UniqueFd fd = connected(socket, limit);
  if (!fd) return {};
  const std::string line = fmt::format(
      "{} HTTP/1.1\r\nHost: lvsd\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", request);
  if (::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0) return {};
  std::string received;
  std::array<char, 16384> chunk{};
  for (ssize_t got = 0; (got = ::recv(fd.get(), chunk.data(), chunk.size(), 0)) > 0;)
    received.append(chunk.data(), static_cast<std::size_t>(got));
  const std::size_t head = received.find("\r\n\r\n");
  if (head == std::string::npos) return {};
  return {parse_number<int>(std::string_view(received).substr(9, 3)).value_or(0),
          received.substr(head + 4)};
}

}  // namespace lvsd::testing
