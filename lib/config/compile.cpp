#include "config/compile.h"

#include <utility>

namespace lvsd {

namespace {

constexpr std::size_t deepest_block = 256;

std::string quoted(std::string_view word) {
  return "'" + std::string(word) + "'";
}

}  // namespace

Compiler::Compiler(Reader& reader, const Sources& sources, Problems& problems, Config& config)
    : reader_(reader), sources_(sources), problems_(problems), config_(config) {}

void Compiler::compile() {
  scopes_.push_back({Block::root, "", {}});
  unwind_to_ = 1;
  compile_block();
}

Timing& Compiler::timing() {
  switch (scopes_.back().block) {
    case Block::virtual_server:
      return service_.timing;
    case Block::real_server:
      return server().timing;
    default:
      return check().timing;
  }
}

std::shared_ptr<const CheckSettings> Compiler::shared(CheckSettings settings) {
  for (const auto& known : checks_)
    if (*known == settings) return known;
  return checks_.emplace_back(std::make_shared<const CheckSettings>(std::move(settings)));
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
                         "no block starts here; its contents are left out");
        skip_block("{", reader_.span());
        break;
      case Reader::Kind::close:
        if (depth > 1) return;
        problems_.report(Code::extra_close_brace, reader_.span(),
                         "this closing brace has no opening one");
        break;
      case Reader::Kind::end:
        if (depth > 1) report_unclosed();
        return;
    }
  }
}

void Compiler::report_unclosed() {
  problems_.report(Code::missing_close_brace, scopes_.back().where,
                   quoted(scopes_.back().name) + " is not closed before the end of the file");
}

void Compiler::compile_statement() {
  const std::string_view word = reader_.statement().keyword();
  const Keyword* const keyword = find_keyword(scopes_.back().block, word);
  if (keyword == nullptr) {
    if (!closes_outer_blocks(word)) take_unknown();
    return;
  }
  const Arguments arguments(*keyword, reader_, problems_);
  refused_ = !arguments.usable();
  if (keyword->opens_block) {
    const Scope scope{keyword->opens, std::string(word), reader_.span()};
    if (!refused_ && keyword->apply != nullptr) keyword->apply(*this, arguments);
    if (!find_open_brace(scope.name, scope.where)) return;
    if (refused_ || scopes_.size() > deepest_block) {
      if (!refused_) problems_.report(Code::too_deep, scope.where, "blocks are nested too deeply");
      skip_block(scope.name, scope.where);
      return;
    }
    scopes_.push_back(scope);
    enter_block(*keyword);
  } else if (arguments.usable() && keyword->apply != nullptr) {
    keyword->apply(*this, arguments);
  }
}

void Compiler::enter_block(const Keyword& keyword) {
  unwind_to_ = scopes_.size();
  compile_block();
  if (keyword.finish != nullptr) keyword.finish(*this);
  scopes_.pop_back();
  if (unwind_to_ > scopes_.size()) unwind_to_ = scopes_.size();
}

// The brace may stand on the line of the keyword or on the next one. False: the file ends.
bool Compiler::find_open_brace(const std::string& name, Span where) {
  const Reader::Kind kind = reader_.next();
  if (kind == Reader::Kind::open) return true;
  problems_.report(Code::missing_open_brace, where, quoted(name) + " needs a '{'");
  reader_.unread();
  return kind != Reader::Kind::end;
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

// A keyword that opens a block, or stands at the root, and belongs to a block around this one: a
// closing brace was forgotten. The statement is read again by the block it belongs to.
bool Compiler::closes_outer_blocks(std::string_view word) {
  for (std::size_t i = scopes_.size() - 1; i-- > 0;) {
    const Keyword* const keyword = find_keyword(scopes_[i].block, word);
    if (keyword == nullptr || (!keyword->opens_block && i != 0)) continue;
    const Scope& scope = scopes_.back();
    problems_.report(Code::missing_close_brace, reader_.span(),
                     quoted(scope.name) + " is not closed before " + quoted(word),
                     "it was opened at " + problems_.place(scope.where));
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
  const std::string_view near = nearest_keyword(scopes_.back().block, word);
  std::string hint = near.empty() ? "" : "did you mean " + quoted(near) + "?";

  const bool block = reader_.next() == Reader::Kind::open;
  if (!block) reader_.unread();
  const auto elsewhere = find_keywords(word);
  if (!elsewhere.empty()) {
    const std::string place =
        scopes_.size() == 1 ? "outside of blocks" : "in " + quoted(scopes_.back().name);
    problems_.report(Code::misplaced_keyword, where, quoted(word) + " does not belong " + place,
                     std::move(hint));
  } else if (block) {
    problems_.report(Code::unknown_block, where, "unknown block " + quoted(word) + " is left out",
                     std::move(hint));
  } else {
    problems_.report(Code::unknown_keyword, where, "unknown keyword " + quoted(word),
                     std::move(hint));
  }
  if (block) skip_block(word, where);
}

}  // namespace lvsd
