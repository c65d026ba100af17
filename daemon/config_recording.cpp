#include "daemon/config_recording.h"

#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "base/digest.h"
#include "base/parse_number.h"

namespace lvsd {

namespace {

constexpr std::string_view title = "lvsd configuration 1\n";

Files recording_files(const Files& files, const std::shared_ptr<Recording>& into) {
  Files out;
  out.read = files.read;
  out.glob = [glob = files.glob, into](const std::string& pattern) {
    auto found = glob(pattern);
    if (found) into->matches.insert_or_assign(pattern, *found);
    return found;
  };
  if (files.executable)
    out.executable = [executable = files.executable, into](const std::string& path) {
      const bool is = executable(path);
      if (is) into->executables.insert(path);
      return is;
    };
  return out;
}

Error not_recorded(const std::string& path) {
  return Error{std::make_error_code(std::errc::no_such_file_or_directory),
               "reading '" + path + "' as it was"};
}

// Gives `take` what text() is made of, piece by piece: "text 14 5\n/etc/lvsd.conf\nwords\n".
template <class Take>
void each_piece(const Recording& recording, std::uint32_t seed, const Take& take) {
  const auto record = [&take](std::string_view kind, std::string_view name,
                              std::string_view value) {
    take(fmt::format("{} {} {}\n", kind, name.size(), value.size()));
    for (const std::string_view piece : {name, std::string_view("\n"), value})
      take(piece);
    take("\n");
  };
  take(title);
  record("file", recording.file, "");
  if (recording.lenient) record("lenient", "", *recording.lenient ? "yes" : "no");
  record("config-id", "", recording.config_id);
  record("seed", "", std::to_string(seed));
  for (const auto& [path, content] : recording.texts)
    record("text", path, content);
  for (const auto& [pattern, paths] : recording.matches) {
    record("pattern", pattern, "");
    for (const std::string& path : paths)
      record("match", pattern, path);
  }
  for (const std::string& path : recording.executables)
    record("executable", path, "");
  for (const auto& [name, value] : recording.environment)
    record(value ? "environment" : "no-environment", name, value.value_or(""));
}

struct Record {
  std::string_view kind;
  std::string name;
  std::string value;
};

// Takes `size` bytes and the line end behind them.
std::optional<std::string> taken(std::string_view& text, std::string_view size_word) {
  const auto size = parse_number<std::size_t>(size_word);
  if (!size || *size >= text.size() || text[*size] != '\n') return std::nullopt;
  std::string out(text.substr(0, *size));
  text.remove_prefix(*size + 1);
  return out;
}

std::optional<Record> taken_record(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  const auto first = line.find(' ');
  const auto second = line.rfind(' ');
  if (first == line.npos || second == first) return std::nullopt;
  text.remove_prefix(end + 1);
  auto name = taken(text, line.substr(first + 1, second - first - 1));
  if (!name) return std::nullopt;
  auto value = taken(text, line.substr(second + 1));
  if (!value) return std::nullopt;
  return Record{line.substr(0, first), *std::move(name), *std::move(value)};
}

// False: nothing that this version knows.
bool put(Recording& into, Record record) {
  const std::string_view kind = record.kind;
  if (kind == "file") {
    into.file = std::move(record.name);
  } else if (kind == "lenient") {
    into.lenient = record.value == "yes";
  } else if (kind == "config-id") {
    into.config_id = std::move(record.value);
  } else if (kind == "seed") {
    const auto seed = parse_number<std::uint32_t>(record.value);
    if (!seed) return false;
    into.random_seed = *seed;
  } else if (kind == "text") {
    into.texts.insert_or_assign(std::move(record.name), std::move(record.value));
  } else if (kind == "pattern") {
    into.matches[record.name];
  } else if (kind == "match") {
    into.matches[record.name].push_back(std::move(record.value));
  } else if (kind == "executable") {
    into.executables.insert(std::move(record.name));
  } else if (kind == "environment") {
    into.environment.insert_or_assign(std::move(record.name), std::move(record.value));
  } else if (kind == "no-environment") {
    into.environment.insert_or_assign(std::move(record.name), std::nullopt);
  } else {
    return false;
  }
  return true;
}

}  // namespace

Recorded recorded(const std::string& path, const Files& files, const LoadOptions& options) {
  const auto made = std::make_shared<Recording>(Recording{.file = path,
                                                          .lenient = options.lenient,
                                                          .config_id = options.config_id,
                                                          .random_seed = options.random_seed});
  LoadOptions how = options;
  how.keep_text = [made](const std::string& read, std::string text) {
    made->texts.insert_or_assign(read, std::move(text));
  };
  if (options.environment)
    how.environment = [ask = options.environment, made](const std::string& name) {
      auto value = ask(name);
      made->environment.insert_or_assign(name, value);
      return value;
    };
  Loaded loaded = load(path, recording_files(files, made), how);
  std::string its_fingerprint = fingerprint(*made);
  return {std::move(loaded), std::move(*made), std::move(its_fingerprint)};
}

Loaded replayed(const Recording& recording) {
  const Files files{
      .read = [&](const std::string& path) -> Result<std::string> {
        const auto found = recording.texts.find(path);
        if (found == recording.texts.end()) return not_recorded(path);
        return found->second;
      },
      .glob = [&](const std::string& pattern) -> Result<std::vector<std::string>> {
        const auto found = recording.matches.find(pattern);
        if (found == recording.matches.end()) return not_recorded(pattern);
        return found->second;
      },
      .executable = [&](const std::string& path) { return recording.executables.contains(path); }};
  LoadOptions how{.lenient = recording.lenient,
                  .config_id = recording.config_id,
                  .environment = {},
                  .random_seed = recording.random_seed};
  how.environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = recording.environment.find(name);
    return found == recording.environment.end() ? std::nullopt : found->second;
  };
  return load(recording.file, files, how);
}

std::string text(const Recording& recording) {
  std::string out;
  each_piece(recording, recording.random_seed, [&out](std::string_view piece) { out += piece; });
  return out;
}

void give_pieces(const Recording& recording,
                 const std::function<void(std::string_view piece)>& take) {
  each_piece(recording, recording.random_seed, take);
}

std::optional<Recording> parse_recording(std::string_view text) {
  if (!text.starts_with(title)) return std::nullopt;
  text.remove_prefix(title.size());
  Recording out;
  while (!text.empty()) {
    auto record = taken_record(text);
    if (!record || !put(out, *std::move(record))) return std::nullopt;
  }
  return out;
}

std::string fingerprint(const Recording& recording) {
  Sha256 sum;
  each_piece(recording, 0, [&sum](std::string_view piece) { sum.add(piece); });
  return sum.hexadecimal();
}

}  // namespace lvsd
