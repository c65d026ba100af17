#include "config/hoist.h"

#include <algorithm>
#include <set>
#include <string>

#include "config/scan.h"

namespace lvsd {

namespace {

bool is_server(const Entry& entry) {
  return entry.word == "real_server" || entry.word == "sorry_server" ||
         entry.word == "backup_server";
}

bool is_check(const Entry& entry) {
  return entry.keyword != nullptr && entry.keyword->opens == Opens::block &&
         entry.keyword->block >= Block::tcp_check && entry.keyword->block <= Block::bfd_check;
}

// One keyword that might stand in the virtual server for all blocks below that inherit it.
class Hoister {
 public:
  Hoister(Entry& service, std::string word) : service_(service), word_(std::move(word)) {}

  void hoist() {
    const Keyword* const above = find_keyword(Block::virtual_server, word_);
    if (above == nullptr) return;
    collect(service_);
    const std::size_t enough = word_ == "lvs_method" ? 1 : 2;
    if (holders_ < enough || lines_.size() != holders_) return;
    const Entry first = *lines_.front();
    const bool alike = std::all_of(lines_.begin(), lines_.end(), [&](const Entry* line) {
      return line->arguments == first.arguments;
    });
    if (!alike || !fits(*above, first.arguments)) return;
    Entry line = first;
    line.keyword = above;
    remove(service_);
    const auto servers = std::find_if(service_.block.begin(), service_.block.end(), is_server);
    service_.block.insert(servers, std::move(line));
  }

 private:
  // Counts the blocks that would inherit the keyword, and the lines that say it.
  void collect(const Entry& around) {
    for (const Entry& entry : around.block) {
      if (!is_server(entry) && !is_check(entry)) continue;
      if (inherits(entry)) {
        ++holders_;
        for (const Entry& line : entry.block)
          if (line.word == word_) lines_.push_back(&line);
      }
      collect(entry);
    }
  }

  // A block takes the value for itself only where it is shown there: checks say what they inherit,
  // servers do not say it for them.
  bool inherits(const Entry& block) const {
    // A sorry server has its own weight and its own way to be inhibited.
    if (block.word == "sorry_server" && word_ != "lvs_method") return false;
    const Keyword* const row = find_keyword(block.keyword->block, word_);
    if (row == nullptr || !row->inherited || row->show == nullptr) return false;
    const bool of_checks = find_keyword(Block::tcp_check, word_) != nullptr;
    return of_checks == is_check(block);
  }

  static bool fits(const Keyword& keyword, const std::string& arguments) {
    const Argument& argument = keyword.arguments[0];
    if (argument.kind != ArgumentKind::number) return true;
    const NumberScan number = scan_number(arguments);
    return number.value >= argument.least && number.value <= argument.most;
  }

  void remove(Entry& around) {
    for (Entry& entry : around.block) {
      if (!is_server(entry) && !is_check(entry)) continue;
      if (inherits(entry))
        std::erase_if(entry.block, [&](const Entry& line) { return line.word == word_; });
      remove(entry);
    }
  }

  Entry& service_;
  std::string word_;
  std::size_t holders_ = 0;
  std::vector<const Entry*> lines_;
};

void collect_words(const Entry& around, std::set<std::string>& words) {
  for (const Entry& entry : around.block) {
    if (entry.keyword != nullptr && entry.keyword->inherited) words.insert(entry.word);
    collect_words(entry, words);
  }
}

}  // namespace

void hoist(Entry& service) {
  std::set<std::string> words;
  collect_words(service, words);
  for (const std::string& word : words)
    Hoister(service, word).hoist();
}

}  // namespace lvsd
