#include "config/compile.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "config/scan.h"
#include "config/settle.h"

namespace lvsd {

namespace {

constexpr std::size_t deepest_block = 256;
constexpr std::size_t most_group_services = 1'000'000;  // of all virtual servers together
constexpr std::size_t most_named = 5;                   // words that a message lists

bool is_check(Block block) {
  return block >= Block::tcp_check && block <= Block::bfd_check;
}

}  // namespace

Compiler::Compiler(Reader& reader, const Sources& sources, Problems& problems, Config& config)
    : reader_(reader), sources_(sources), problems_(problems), config_(config) {}

void Compiler::compile() {
  scopes_.push_back({});
  compile_block();
  report_inert(scopes_.back());
  settle_all(*this);
}

void Compiler::put_off(std::size_t position, ServiceDraft draft) {
  put_off_.emplace_back(position, std::move(draft));
}

void Compiler::keep_group() {
  const auto& all = config_.groups;
  groups_.emplace(all.back().name, all.size() - 1);
}

const ServiceGroup* Compiler::group(std::string_view name) const {
  const auto found = groups_.find(name);
  return found == groups_.end() ? nullptr : &config_.groups[found->second];
}

void Compiler::keep_track_file() {
  const auto& all = config_.global.track_files;
  track_files_.emplace(all.back().name, all.size() - 1);
}

const TrackFile* Compiler::track_file(std::string_view name) const {
  const auto found = track_files_.find(name);
  return found == track_files_.end() ? nullptr : &config_.global.track_files[found->second];
}

void Compiler::keep_bfd_instance() {
  bfd_instances_.insert(config_.global.bfd_instances.back().name);
}

bool Compiler::may_add_services(std::size_t count) {
  group_services_ += count;
  return group_services_ <= most_group_services;
}

ServerDraft& Compiler::server() {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (scope->block == Block::real_server) return service_.servers.back();
    if (scope->block == Block::sorry_server) return service_.sorry_servers.back();
    if (scope->block == Block::backup_server) return service_.servers.back().backup.back();
  }
  assert(false);
  return service_.servers.back();
}

Timing& Compiler::timing() {
  const Block block = scopes_.back().block;
  if (block == Block::virtual_server) return service_.timing;
  return is_check(block) ? check().timing : server().timing;
}

Manner& Compiler::manner() {
  return scopes_.back().block == Block::virtual_server ? service_.manner : server().manner;
}

Manner& Compiler::policy() {
  Manner& out = manner();
  out.has_policy = true;
  return out;
}

std::string Compiler::place(const Origin& origin) const {
  return sources_.name(origin.file) + ":" + std::to_string(origin.line);
}

Span Compiler::span_of(const Origin& origin) const {
  return sources_.first_word(origin.file, origin.line);
}

// The contents of the innermost block up to its closing brace.
void Compiler::compile_block() {
  const std::size_t depth = scopes_.size();
  for (;;) {
    switch (reader_.next()) {
      case Reader::Kind::statement:
        compile_statement();
        if (unwind_to_ < depth) return;
        break;
      case Reader::Kind::open:
        problems_.report(Code::unexpected_open_brace, reader_.span(),
                         "no block starts here; what it holds is left out");
        skip_block("{", reader_.span());
        break;
      case Reader::Kind::close:
        if (depth > 1) return;
        report_extra_brace();
        break;
      case Reader::Kind::end:
        if (depth > 1) report_unclosed();
        return;
    }
  }
}

// One block after the other is left when the file ends; only the outermost is told.
void Compiler::report_unclosed() {
  if (scopes_.size() > 2) return;
  problems_.report(Code::missing_close_brace, scopes_.back().where,
                   quoted(scopes_.back().name) + " is not closed before the end of the file");
}

void Compiler::report_extra_brace() {
  if (std::exchange(astray_, false)) return;  // it is the one that was missed before
  problems_.report(Code::extra_close_brace, reader_.span(),
                   "this closing brace has no opening one");
}

void Compiler::compile_statement() {
  const Scope& scope = scopes_.back();
  const std::string_view word = reader_.statement().keyword();
  if (scope.keyword != nullptr && scope.keyword->line != nullptr) {
    if (!closes_outer_blocks(word)) scope.keyword->line(*this, reader_.statement());
    return;
  }
  const Keyword* const keyword = find_keyword(scope.block, word);
  if (keyword != nullptr) {
    compile_keyword(*keyword);
  } else if (!closes_outer_blocks(word)) {
    take_unknown();
  }
}

void Compiler::compile_keyword(const Keyword& keyword) {
  if (scopes_.size() == 1) astray_ = false;
  note(keyword);
  const Arguments arguments(keyword, reader_, problems_);
  refused_ = !arguments.usable();
  if (keyword.opens == Opens::nothing) {
    if (refused_) return;
    if (keyword.apply != nullptr) keyword.apply(*this, arguments);
    record(keyword, reader_.span());
    return;
  }
  Scope scope{keyword.block, &keyword, std::string(arguments.keyword()), reader_.span(), {}, {}};
  if (!refused_ && keyword.apply != nullptr) keyword.apply(*this, arguments);
  open_block(keyword, std::move(scope));
}

void Compiler::record(const Keyword& keyword, Span where) {
  if (origins_ == nullptr) return;
  const Scope& scope = scopes_.back();
  Origins::Place place{scope.block, {}, 0};
  if (scope.block == Block::url) {
    // A url is known by its check and its number.
    place.start = origin(scopes_[scopes_.size() - 2].where);
    place.index = static_cast<std::uint32_t>(std::get<HttpCheck>(check().probe).urls.size() - 1);
  } else if (scope.where.known() && scope.keyword->block != Block::global_defs &&
             !scope.keyword->blocks.has(Block::global_defs)) {
    place.start = origin(scope.where);
  }
  origins_->record(place, keyword.says.empty() ? keyword.name : keyword.says, origin(where));
}

void Compiler::open_block(const Keyword& keyword, Scope scope) {
  scope.errors_before = problems_.error_count();
  const bool has_contents = find_open_brace(keyword, scope);
  if (scopes_.size() > deepest_block) {
    problems_.report(Code::too_deep, scope.where, "blocks are nested more than 256 deep");
    refused_ = true;
  }
  if (refused_) {
    if (has_contents) skip_block(scope.name, scope.where);
    return;
  }
  scopes_.push_back(std::move(scope));
  unwind_to_ = scopes_.size();
  if (has_contents) compile_block();
  if (keyword.finish != nullptr) keyword.finish(*this);
  report_inert(scopes_.back());
  if (scopes_.size() == 2 && has_contents) {
    last_closed_ = scopes_.back().block;
    last_close_ = reader_.span();
  }
  scopes_.pop_back();
  unwind_to_ = std::min(unwind_to_, scopes_.size());
}

// The brace may stand on the line of the keyword or on the next one. False: nothing stands in it.
bool Compiler::find_open_brace(const Keyword& keyword, const Scope& scope) {
  const Reader::Kind kind = reader_.next();
  if (kind == Reader::Kind::open) return true;
  reader_.unread();
  if (keyword.opens == Opens::maybe) return false;
  problems_.report(Code::missing_open_brace, scope.where, quoted(scope.name) + " needs a '{'");
  return kind == Reader::Kind::statement;
}

// What stands between braces, the closing one included.
void Compiler::skip_block(const std::string& name, Span where) {
  for (std::size_t depth = 1; depth != 0;) {
    switch (reader_.next()) {
      case Reader::Kind::open:
        ++depth;
        break;
      case Reader::Kind::close:
        --depth;
        break;
      case Reader::Kind::statement:
        break;
      case Reader::Kind::end:
        problems_.report(Code::missing_close_brace, where,
                         quoted(name) + " is not closed before the end of the file");
        return;
    }
  }
}

// A keyword that opens a block and belongs to a block around this one: a closing brace was
// forgotten. The statement is read again by the block it belongs to; in a file for keepalived its
// header is left out and what it holds is taken here, which is keepalived's effect.
bool Compiler::closes_outer_blocks(std::string_view word) {
  for (std::size_t i = scopes_.size() - 1; i-- > 0;) {
    const Keyword* const keyword = find_keyword(scopes_[i].block, word);
    if (keyword == nullptr || keyword->opens != Opens::block) continue;
    const Scope& scope = scopes_.back();
    problems_.report(Code::missing_close_brace, reader_.span(),
                     quoted(scope.name) + " is not closed before " + quoted(word),
                     problems_.lenient()
                         ? "what it holds is taken in " + quoted(scope.name) + ", as by keepalived"
                         : "it was opened at " + problems_.place(scope.where));
    if (problems_.lenient()) {
      if (reader_.next() != Reader::Kind::open) reader_.unread();
      return true;
    }
    unwind_to_ = i + 1;
    reader_.unread();
    return true;
  }
  return false;
}

// Not a keyword here: reported once, with its block if it has one.
void Compiler::take_unknown() {
  const std::string word(reader_.statement().keyword());
  const Span where = reader_.span();
  const bool block = reader_.next() == Reader::Kind::open;
  if (!block) reader_.unread();

  if (problems_.is_full()) {
    problems_.report(block ? Code::unknown_block : Code::unknown_keyword, where, quoted(word));
  } else if (!find_keywords(word).empty()) {
    take_misplaced(word, where, block);
  } else {
    const std::string_view near = nearest_keyword(scopes_.back().block, word);
    problems_.report(block ? Code::unknown_block : Code::unknown_keyword, where,
                     block ? "unknown block " + quoted(word) + " is left out"
                           : "unknown keyword " + quoted(word),
                     near.empty() ? "" : "did you mean " + quoted(near) + "?");
  }
  if (block) skip_block(word, where);
}

// An old word whose modern one may stand here, a word much like it, or where it may stand.
std::string Compiler::misplaced_hint(std::string_view word) const {
  const Block here = scopes_.back().block;
  for (const Keyword* keyword : find_keywords(word))
    if (keyword->name != word && find_keyword(here, keyword->name) != nullptr)
      return "write " + quoted(keyword->name);
  const std::string_view near = nearest_keyword(here, word);
  return near.empty() ? "its place is " + blocks_of(word) : "did you mean " + quoted(near) + "?";
}

// A keyword of another block. At the root, after a block was closed early, that is told once.
void Compiler::take_misplaced(const std::string& word, Span where, bool block) {
  if (scopes_.size() > 1) {
    problems_.report(Code::misplaced_keyword, where,
                     quoted(word) + " does not belong in " + quoted(scopes_.back().name),
                     misplaced_hint(word));
    return;
  }
  if (astray_) return;
  const bool closed_early = find_keyword(last_closed_, word) != nullptr;
  astray_ = closed_early;
  problems_.report(
      Code::misplaced_keyword, where,
      quoted(word) + " does not belong " + (block ? "at the top level" : "outside of blocks"),
      closed_early ? quoted(text(last_closed_)) + " was closed at " + problems_.place(last_close_) +
                         "; is that '}' one too many?"
                   : "its place is " + blocks_of(word));
}

// Old spellings are told once a load, what is not acted on once a block.
void Compiler::note(const Keyword& keyword) {
  const std::string_view word = reader_.statement().keyword();
  if (!keyword.aliases.empty() && word != keyword.name && among(keyword.aliases, word) &&
      told_.emplace(word).second)
    problems_.report(Code::old_spelling, reader_.span(),
                     quoted(word) + " is an old word for " + quoted(keyword.name));
  if (keyword.effect == Effect::obsolete)
    problems_.report(Code::obsolete, reader_.span(), quoted(word) + " has no effect",
                     std::string(keyword.help));
  if (keyword.effect != Effect::inert || in_inert_block()) return;
  if (keyword.opens == Opens::block && scopes_.size() == 1) {
    problems_.report(Code::not_acted_on, reader_.span(),
                     quoted(word) + " is known, but lvsd does not act on it yet");
    return;
  }
  Scope& scope = scopes_.back();
  if (scope.inert.empty()) scope.first_inert = reader_.span();
  if (std::find(scope.inert.begin(), scope.inert.end(), keyword.name) == scope.inert.end())
    scope.inert.push_back(keyword.name);
}

bool Compiler::in_inert_block() const {
  return std::any_of(scopes_.begin(), scopes_.end(), [](const Scope& scope) {
    return scope.keyword != nullptr && scope.keyword->effect == Effect::inert;
  });
}

void Compiler::report_inert(const Scope& scope) {
  if (scope.inert.empty()) return;
  std::string names;
  for (std::size_t i = 0; i < std::min(scope.inert.size(), most_named); ++i)
    names += (i == 0 ? "" : ", ") + quoted(scope.inert[i]);
  if (scope.inert.size() > most_named)
    names += " and " + std::to_string(scope.inert.size() - most_named) + " more";
  problems_.report(Code::not_acted_on, scope.first_inert,
                   names + (scope.inert.size() == 1 ? " is" : " are") +
                       " known, but lvsd does not act on " +
                       (scope.inert.size() == 1 ? "it" : "them") + " yet");
}

}  // namespace lvsd
