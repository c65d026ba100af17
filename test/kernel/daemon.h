#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "test/kernel/process.h"
#include "test/kernel/test_net.h"

namespace lvsd::testing {

// The files of one lvsd: configuration, socket, state. Outlives the daemon, so that a test can
// start another one on what the first left behind; removed with the object.
class DaemonFolder {
 public:
  DaemonFolder();
  ~DaemonFolder();
  DaemonFolder(const DaemonFolder&) = delete;
  DaemonFolder& operator=(const DaemonFolder&) = delete;

  std::filesystem::path config() const { return path_ / "lvsd.conf"; }
  std::filesystem::path socket() const { return path_ / "lvsd.sock"; }
  std::filesystem::path state() const { return path_ / "state"; }

  // Replaces the configuration file as an editor does: by a rename.
  void write_config(std::string_view text) const;

 private:
  std::filesystem::path path_;
};

// `lvsd --config … --socket … --state-dir … --foreground` and the further arguments. The binary is
// this build's, or what $LVSD_BINARY names.
Command lvsd_command(const DaemonFolder& folder, const Command& arguments = {});

// The lvsd under test, in a host's network namespace. Killed with the object.
//
//     DaemonFolder folder;
//     folder.write_config("virtual_server …");
//     Daemon lvsd(net.director(), folder);
//     lvsd.wait_ready();
class Daemon {
 public:
  // Starts lvsd_command(folder, arguments).
  Daemon(const Host& host, const DaemonFolder& folder, const Command& arguments = {});

  // Returns when GET /readyz answers 200; throws, quoting the log, after `limit` or when the daemon
  // has ended.
  void wait_ready(std::chrono::milliseconds limit = std::chrono::seconds(10));

  // SIGHUP, after replacing the configuration. Does not wait: what is to be seen of it differs.
  void reload(std::string_view config);

  void send(int signal) { process_.send(signal); }
  bool running() { return process_.running(); }
  std::optional<int> exit_code(std::chrono::milliseconds limit) {
    return process_.exit_code(limit);
  }
  pid_t pid() const { return process_.pid(); }

  // Standard output and error so far, and whether a line of it contains `words`.
  std::string log() const { return process_.output(); }
  bool logged(std::string_view words) const { return log().find(words) != std::string::npos; }

 private:
  const DaemonFolder& folder_;
  Process process_;
};

struct Reply {
  int status = 0;  // 0: nobody answered
  std::string body;
};

// One HTTP request to a Unix socket; path and method as on the request line ("GET /readyz").
Reply ask(const std::filesystem::path& socket, std::string_view request,
          std::chrono::milliseconds limit = std::chrono::seconds(5));

}  // namespace lvsd::testing
