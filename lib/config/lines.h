#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "config/definitions.h"
#include "config/files.h"
#include "config/include.h"
#include "config/line.h"
#include "config/problems.h"
#include "config/sequence.h"

namespace lvsd {

// Where lines come from: a stack of files, of definitions of several lines, and of sequences, the
// innermost first until it is used up.
class Lines {
 public:
  Lines(Sources& sources, const Files& files, Definitions& definitions, Problems& problems);

  // One file after the other, read when its turn comes. `required`: one that cannot be read is an
  // error even for keepalived.
  void enter_files(std::vector<std::string> paths, Span from, bool required);
  // The lines of a definition from number `first` on.
  void enter_body(std::shared_ptr<const Definition> definition, std::size_t first);
  void enter_sequence(Sequence sequence);
  // A piece of a line that waits until what was entered after it is used up.
  void enter_rest(RawLine rest);

  // False when all are used up. Line ends and carriage returns are gone.
  bool next(RawLine& line);

  // Ends everything: a limit was exceeded.
  void stop(Code code, Span where, std::string message);

  // Of all files so far.
  std::size_t total_bytes() const { return total_bytes_; }

  // What plain includes demand; a file's changes end with it.
  IncludeCheck check;

 private:
  struct File {
    std::uint32_t number = 0;
    std::string_view text;
    std::size_t at = 0;
    std::uint32_t line = 0;  // the last one that was given
    bool has_nul = false;
    IncludeCheck outer_check;
    std::string outer_directory;
  };
  struct Body {
    std::shared_ptr<const Definition> definition;
    std::size_t next = 0;
  };
  struct Repeat {
    Sequence sequence;
    std::vector<std::shared_ptr<const Definition>> hidden;  // what its names meant before
  };
  struct FileList {
    std::vector<std::string> paths;
    std::size_t next = 0;
    Span from;
    bool required = false;
  };
  using Frame = std::variant<File, Body, Repeat, RawLine, FileList>;

  enum class Step : std::uint8_t { line, entered, used_up };
  Step next_of(FileList& list, RawLine& line);
  Step next_of(File& file, RawLine& line);
  Step next_of(Body& body, RawLine& line);
  Step next_of(Repeat& repeat, RawLine& line);
  Step next_of(RawLine& rest, RawLine& line);
  Step step(RawLine& line);
  bool may_make_line(Span where);  // of a definition or a sequence
  void enter(Frame frame, Span where);
  void drop_nul_line(RawLine& line);
  void leave(const Frame& frame);
  void enter_file(const std::string& path, const FileList& list);
  bool may_include(const std::string& path, const FileList& list);
  std::size_t open_files() const;

  Sources& sources_;
  const Files& files_;
  Definitions& definitions_;
  Problems& problems_;
  std::vector<std::unique_ptr<Frame>> frames_;  // entering must not move the one that asks for it
  std::size_t total_bytes_ = 0;
  std::size_t made_lines_ = 0;  // by definitions and sequences
  bool stopped_ = false;
};

}  // namespace lvsd
