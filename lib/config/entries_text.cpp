#include <algorithm>

#include "config/entries.h"

// How entries are written as configuration text.

namespace lvsd {

namespace {

constexpr std::size_t comment_column = 48;

class TextWriter {
 public:
  explicit TextWriter(const std::vector<std::string>* files) : files_(files) {}

  void write(const Entry& entry) {
    std::string line(depth_ * 4, ' ');
    line += entry.word;
    if (!entry.arguments.empty()) line += " " + entry.arguments;
    if (entry.is_block) line += " {";
    add_origin(entry, line);
    out_ += line + "\n";
    if (!entry.is_block) return;
    ++depth_;
    for (const Entry& inner : entry.block)
      write(inner);
    --depth_;
    out_ += std::string(depth_ * 4, ' ') + "}\n";
  }

  void blank_line() { out_ += "\n"; }
  std::string take() { return std::move(out_); }

 private:
  void add_origin(const Entry& entry, std::string& line) const {
    if (files_ == nullptr || entry.keyword == nullptr) return;
    std::string where;
    if (entry.origin && entry.origin->line != 0) {
      where = (*files_)[entry.origin->file] + ":" + std::to_string(entry.origin->line);
      if (entry.source == Entry::Source::inherited) where += ", inherited";
    } else if (!entry.is_block) {
      where = "default";
    }
    if (where.empty()) return;
    if (line.size() < comment_column) line.resize(comment_column, ' ');
    line += " # " + where;
  }

  const std::vector<std::string>* files_;
  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string text(const Entry& entry, const std::vector<std::string>* files) {
  TextWriter writer(files);
  writer.write(entry);
  return writer.take();
}

std::string text(const Entries& entries, const std::vector<std::string>* files) {
  TextWriter writer(files);
  for (const Entry& entry : entries) {
    if (&entry != &entries.front()) writer.blank_line();
    writer.write(entry);
  }
  return writer.take();
}

std::string configuration_text(const Config& config, Detail detail, const Origins* origins) {
  const auto* const files = origins == nullptr ? nullptr : &config.files;
  std::string out = text(global_entries(config, detail, origins), files);
  for (const VirtualServer& server : config.virtual_servers) {
    if (!out.empty()) out += "\n";
    out += text(entry(config, server, detail, origins), files);
  }
  return out;
}

}  // namespace lvsd
