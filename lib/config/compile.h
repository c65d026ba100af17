#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/arguments.h"
#include "config/draft.h"
#include "config/keywords.h"
#include "config/problems.h"
#include "config/reader.h"
#include "model/config.h"

namespace lvsd {

// Turns statements into a Config by the keyword table, one top-level block at a time. This class
// knows blocks and braces; what a keyword means stands in its row.
class Compiler {
 public:
  Compiler(Reader& reader, const Sources& sources, Problems& problems, Config& config);

  void compile();

  // For the rows.
  Config& config() { return config_; }
  Problems& problems() { return problems_; }
  Reader& reader() { return reader_; }
  const Sources& sources() const { return sources_; }

  ServiceDraft& service() { return service_; }
  ServerDraft& server() { return service_.servers.back(); }
  CheckDraft& check() { return server().checks.back(); }
  // Of the innermost of check, real server, virtual server.
  Timing& timing();

  // One object for all checks that say the same.
  std::shared_ptr<const CheckSettings> shared(CheckSettings settings);

  // Called by the row of a block whose header is no good: its contents are skipped.
  void refuse_block() { refused_ = true; }

 private:
  struct Scope {
    Block block;
    std::string name;  // as written
    Span where;
  };

  void compile_block();
  void compile_statement();
  void enter_block(const Keyword& keyword);
  bool find_open_brace(const std::string& name, Span where);
  void skip_block(const std::string& name, Span where);
  void take_unknown();
  bool closes_outer_blocks(std::string_view word);
  void report_unclosed();

  Reader& reader_;
  const Sources& sources_;
  Problems& problems_;
  Config& config_;
  ServiceDraft service_;
  std::vector<Scope> scopes_;
  std::size_t unwind_to_ = 0;  // scopes that stay; more are being left
  bool refused_ = false;
  std::vector<std::shared_ptr<const CheckSettings>> checks_;
};

}  // namespace lvsd
