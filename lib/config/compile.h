#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/arguments.h"
#include "config/draft.h"
#include "config/intern.h"
#include "config/keywords.h"
#include "config/origins.h"
#include "config/problems.h"
#include "config/reader.h"
#include "model/config.h"

namespace lvsd {

// Turns statements into a Config by the keyword table, one top-level block at a time. This class
// knows blocks and braces; what a keyword means stands in its row.
class Compiler {
 public:
  Compiler(Reader& reader, const Sources& sources, Problems& problems, Config& config);

  // Where values are written goes there, too. Before compile().
  void record_origins(Origins& origins) { origins_ = &origins; }

  void compile();

  // For the rows: what is being read.
  Config& config() { return config_; }
  ServiceDraft& service() { return service_; }
  ServerDraft& server();  // the innermost real, sorry or backup server
  CheckDraft& check() { return server().checks.back(); }
  Timing& timing();  // of the innermost of check, server, virtual server
  Manner& manner();  // of the innermost of server, virtual server
  Manner& policy();  // the same, to set something of the ServerPolicy

  // For the rows: saying where and what.
  Problems& problems() { return problems_; }
  Reader& reader() { return reader_; }
  Span block_span() const { return scopes_.back().where; }  // the header of the present block
  // Nothing in the present block was an error: what seems to be missing is missing.
  bool block_is_clean() const { return problems_.error_count() == scopes_.back().errors_before; }
  Origin origin(Span where) const { return {where.file, sources_.line(where)}; }
  std::string place(const Origin& origin) const;  // "FILE:LINE"

  // The first word of the line. REQUIRES: origin was made by this load.
  Span span_of(const Origin& origin) const;

  Intern& intern() { return intern_; }

  // The group that was read last is complete, and found by its name.
  void keep_group();
  const ServiceGroup* group(std::string_view name) const;  // null: there is none so far

  // The same for track_files and bfd_instances.
  void keep_track_file();
  const TrackFile* track_file(std::string_view name) const;
  void keep_bfd_instance();
  bool knows_bfd_instance(std::string_view name) const { return bfd_instances_.contains(name); }

  // Of the services that groups stand for; false where that makes too many altogether.
  bool may_add_services(std::size_t count);

  // Virtual servers that wait for their group, and where in the Config they go.
  using PutOff = std::vector<std::pair<std::size_t, ServiceDraft>>;
  void put_off(std::size_t position, ServiceDraft draft);
  PutOff& put_off() { return put_off_; }

  // Called by the row of a block whose header is no good: its contents are skipped.
  void refuse_block() { refused_ = true; }

 private:
  struct Scope {
    Block block = Block::root;
    const Keyword* keyword = nullptr;
    std::string name;  // as written
    Span where;
    // Words that lvsd does not act on: told once a block.
    std::vector<std::string_view> inert;
    Span first_inert;
    std::size_t errors_before = 0;
  };

  void compile_block();
  bool compile_line();
  void compile_statement();
  void compile_keyword(const Keyword& keyword);
  void record(const Keyword& keyword, Span where);
  void open_block(const Keyword& keyword, Scope scope);
  bool find_open_brace(const Keyword& keyword, const Scope& scope);
  void skip_block(const std::string& name, Span where);
  void take_unknown();
  std::string misplaced_hint(std::string_view word) const;
  void take_misplaced(const std::string& word, Span where, bool block);
  bool closes_outer_blocks(std::string_view word);
  void note(const Keyword& keyword);
  void report_inert(const Scope& scope);
  void report_unclosed();
  void report_extra_brace();
  bool in_inert_block() const;

  Reader& reader_;
  const Sources& sources_;
  Problems& problems_;
  Config& config_;
  Intern intern_;
  ServiceDraft service_;
  PutOff put_off_;
  using Places = std::map<std::string, std::size_t, std::less<>>;  // by name: where in the Config
  Places groups_;
  Places track_files_;
  std::set<std::string, std::less<>> bfd_instances_;
  std::size_t group_services_ = 0;
  std::vector<Scope> scopes_;
  std::size_t unwind_to_ = 1;  // scopes that stay; more are being left
  bool refused_ = false;
  Origins* origins_ = nullptr;
  std::set<std::string, std::less<>> told_;  // old spellings
  Block last_closed_ = Block::root;  // at the root, where a brace too many may have closed it
  Span last_close_;
  bool astray_ = false;  // what follows belongs to the block closed last; told once
};

}  // namespace lvsd
