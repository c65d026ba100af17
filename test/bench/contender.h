#pragma once

// The programs that are compared: how each is started on a configuration file, and told to read it
// again. What is measured of them is measured alike.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "test/kernel/network_namespace.h"
#include "test/kernel/process.h"

namespace lvsd::bench {

// `before`: an earlier lvsd, in keepalived's place, to see what a change is worth.
enum class Program { lvsd, keepalived, before };
std::string_view text(Program program);

struct Binaries {
  std::string lvsd;
  std::string keepalived = "keepalived";
  std::string before{};
};

// A folder of its own for a program's files, removed with the object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "bench.conf"; }
  void write_config(std::string_view text) const;

 private:
  std::filesystem::path path_;
};

// Both in the foreground and without a place to log to. keepalived: checker only, so that it does
// not start what the others have not.
testing::Command command_line(Program program, const Binaries& binaries, const Folder& folder);

// The configuration as this program is given it. They get the same virtual servers; lvsd's audit,
// which keepalived has not, is measured by itself and kept out of the rest.
std::string config_for(Program program, std::string_view servers,
                       std::chrono::milliseconds audit_interval = std::chrono::hours(1));

}  // namespace lvsd::bench
