#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.h"
#include "daemon/config_history.h"
#include "daemon/config_recording.h"

namespace lvsd {

// The past configurations in the state directory: config/history.json says what there is,
// config/N.conf, by the first generation that had it, the texts, secrets included, so nobody else
// may read them. All functions block.
class HistoryStore {
 public:
  explicit HistoryStore(const std::filesystem::path& state_directory)
      : directory_(state_directory / "config") {}

  // Nothing known where there is no file. One that is damaged, or of a newer version, is set aside
  // as history.json.bad.
  Result<ConfigHistory> load() const;

  // What to put on the disk: the history, a configuration that is new in it, and those whose texts
  // are not needed any more.
  struct Change {
    ConfigHistory history;
    std::optional<Recording> recording{};  // of history.past.back()
    std::vector<std::uint64_t> gone{};     // by their first generations
  };
  // In an order that leaves a history whose texts are there, wherever it is cut off.
  Result<void> save(const Change& change) const;

  // Error: it is not there any more, or not what was put there.
  Result<Recording> recording(const PastConfig& past) const;

 private:
  std::filesystem::path path_of(std::uint64_t first) const;

  std::filesystem::path directory_;
};

}  // namespace lvsd
