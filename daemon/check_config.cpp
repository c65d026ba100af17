#include "daemon/check_config.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "config/config_size.h"
#include "config/report.h"
#include "daemon/config_file.h"
#include "daemon/memory_ahead.h"

namespace lvsd {

namespace {

// The disk's; whenever a file is read, memory is made ready for its text and what it says.
Files files_with_memory() {
  Files files = disk_files();
  files.read = [read = files.read](const std::string& path) {
    std::error_code unknown;
    const auto size = std::filesystem::file_size(path, unknown);
    if (!unknown) take_memory_ahead(size);
    auto text = read(path);
    if (text) take_memory_ahead(expected_size(*text).memory());
    return text;
  };
  return files;
}

}  // namespace

Recorded load_config(const Options& options, bool origins) {
  LoadOptions how = machine_options();
  how.lenient = options.lenient;
  how.origins = origins;
  if (!options.config_id.empty()) how.config_id = options.config_id;
  return recorded(options.config_file, files_with_memory(), how);
}

int check_config(const Options& options) {
  const Loaded loaded = load_config(options).loaded;
  fmt::print(stderr, "{}", text(loaded.diagnostics, ::isatty(STDERR_FILENO) != 0));
  fmt::print(loaded.config ? stdout : stderr, "{}", text(report(options.config_file, loaded)));
  return loaded.config ? exit_done : exit_refused;
}

}  // namespace lvsd
