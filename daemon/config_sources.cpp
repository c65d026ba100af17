#include "daemon/config_sources.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace lvsd {

namespace {

// More than a file system's clock goes at a time: what was changed within this may be changed once
// more and look the same.
constexpr time_t restless_seconds = 2;

Recording without_texts(const Recording& recording) {
  Recording out{.file = recording.file,
                .lenient = recording.lenient,
                .config_id = recording.config_id,
                .matches = recording.matches,
                .executables = recording.executables,
                .environment = recording.environment};
  for (const auto& [path, text] : recording.texts)
    out.texts.emplace(path, std::string());
  return out;
}

std::optional<FileIdentity> identity(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity(status);
}

}  // namespace

ConfigSources::ConfigSources(const Recording& recording, std::string fingerprint)
    : known_(without_texts(recording)), fingerprint_(std::move(fingerprint)) {}

bool ConfigSources::have_changed(const Files& files) {
  // Before the texts are read, so that what changes meanwhile is seen the next time.
  Look now = look(files);
  if (last_ == now) return changed_;
  changed_ = read_otherwise(files);
  last_.reset();
  if (is_at_rest(now)) last_ = std::move(now);
  return changed_;
}

ConfigSources::Look ConfigSources::look(const Files& files) const {
  Look out;
  for (const auto& [path, text] : known_.texts)
    out.files.emplace(path, identity(path));
  for (const auto& [pattern, paths] : known_.matches)
    if (auto found = files.glob(pattern)) out.matches.emplace(pattern, *std::move(found));
  return out;
}

bool ConfigSources::is_at_rest(const Look& look) const {
  const time_t then = std::time(nullptr) - restless_seconds;
  return std::all_of(look.files.begin(), look.files.end(), [then](const auto& file) {
    return !file.second || file.second->changed.tv_sec < then;
  });
}

bool ConfigSources::read_otherwise(const Files& files) const {
  Recording now = known_;
  for (auto& [path, text] : now.texts) {
    auto read = files.read(path);
    if (!read) return true;
    text = *std::move(read);
  }
  for (auto& [pattern, paths] : now.matches) {
    auto found = files.glob(pattern);
    if (!found) return true;
    paths = *std::move(found);
  }
  return fingerprint(now) != fingerprint_;
}

}  // namespace lvsd
