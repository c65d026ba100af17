#include "daemon/history_store.h"

#include <cstdio>
#include <string>
#include <system_error>

#include "daemon/whole_file.h"

namespace lvsd {

namespace {

constexpr std::size_t most_of_history = std::size_t{1} << 20;
// Of all files of one configuration, each of which may have 16 MiB.
constexpr std::size_t most_of_texts = std::size_t{256} << 20;

Error damaged(const std::filesystem::path& path) {
  return Error{std::make_error_code(std::errc::bad_message), path.string()};
}

}  // namespace

std::filesystem::path HistoryStore::path_of(std::uint64_t first) const {
  return directory_ / (std::to_string(first) + ".conf");
}

Result<ConfigHistory> HistoryStore::load() const {
  const std::filesystem::path path = directory_ / "history.json";
  const auto content = file_content(path, most_of_history);
  if (!content) return within(path.string(), content.error());
  if (!*content) return ConfigHistory{};
  if (auto history = parse_history(**content)) return *std::move(history);
  ::rename(path.c_str(), (path.native() + ".bad").c_str());
  return damaged(path);
}

Result<void> HistoryStore::save(const Change& change) const {
  const std::string attempt = "saving the history of configurations in " + directory_.string();
  if (change.recording) {
    const auto done =
        replace_file(path_of(change.history.past.back().first),
                     [&change](const TakePiece& take) { give_pieces(*change.recording, take); });
    if (!done) return within(attempt, done.error());
  }
  const auto done = replace_file(directory_ / "history.json", text(change.history));
  if (!done) return within(attempt, done.error());
  std::error_code ignored;
  for (const std::uint64_t first : change.gone)
    std::filesystem::remove(path_of(first), ignored);
  return {};
}

Result<Recording> HistoryStore::recording(const PastConfig& past) const {
  const auto path = path_of(past.first);
  const auto content = file_content(path, most_of_texts);
  if (!content) return within(path.string(), content.error());
  auto found = *content ? parse_recording(**content) : std::nullopt;
  if (!found || fingerprint(*found) != past.fingerprint) return damaged(path);
  return *std::move(found);
}

}  // namespace lvsd
