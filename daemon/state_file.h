#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "daemon/state.h"

namespace lvsd {

// The file in the state directory. It is replaced whole or not at all: written beside, synced,
// renamed, and the directory synced. All functions block.
class StateFile {
 public:
  explicit StateFile(const std::filesystem::path& directory) : path_(directory / "state.json") {}

  // Nothing when there is no file. A damaged one is set aside as state.json.bad, so that a person
  // can look at it.
  Result<std::optional<State>> load() const;

  // The directory is made if it is missing. On failure the file is what it was.
  Result<void> save(const State& state) const;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// This boot and the network namespace of the calling thread, with nothing owned. Empty and 0 where
// /proc is not there to tell.
State present_state();

}  // namespace lvsd
