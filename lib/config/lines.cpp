#include "config/lines.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace lvsd {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t largest_total = std::size_t{64} << 20;
constexpr std::size_t most_files = 65'536;
constexpr std::size_t deepest_include = 256;
constexpr std::size_t deepest_frame = 1024;
constexpr std::size_t free_made_lines = 500'000;  // more where the files are large

}  // namespace

Lines::Lines(Sources& sources, const Files& files, Definitions& definitions, Problems& problems)
    : sources_(sources), files_(files), definitions_(definitions), problems_(problems) {}

void Lines::enter_files(std::vector<std::string> paths, Span from, bool required) {
  enter(FileList{std::move(paths), 0, from, required}, from);
}

void Lines::enter_body(std::shared_ptr<const Definition> definition, std::size_t first) {
  const Span where = definition->where;
  enter(Body{std::move(definition), first}, where);
}

void Lines::enter_sequence(Sequence sequence) {
  Repeat repeat{std::move(sequence), {}};
  for (const std::string& name : repeat.sequence.names())
    repeat.hidden.push_back(definitions_.find(name));
  const Span where = repeat.sequence.text().span();
  enter(std::move(repeat), where);
}

void Lines::enter_rest(RawLine rest) {
  enter(rest, rest.span());
}

void Lines::enter(Frame frame, Span where) {
  if (frames_.size() >= deepest_frame) {
    stop(Code::too_deep, where, "includes, definitions and sequences are nested too deeply");
    return;
  }
  frames_.push_back(std::make_unique<Frame>(std::move(frame)));
}

void Lines::stop(Code code, Span where, std::string message) {
  problems_.report(code, where, std::move(message));
  stopped_ = true;
}

bool Lines::next(RawLine& line) {
  while (!frames_.empty() && !stopped_) {
    switch (step(line)) {
      case Step::line:
        return true;
      case Step::entered:
        break;
      case Step::used_up:
        const auto done = std::move(frames_.back());
        frames_.pop_back();
        leave(*done);
        break;
    }
  }
  return false;
}

Lines::Step Lines::step(RawLine& line) {
  Frame& frame = *frames_.back();
  if (auto* const file = std::get_if<File>(&frame)) return next_of(*file, line);
  return std::visit([&](auto& other) { return next_of(other, line); }, frame);
}

Lines::Step Lines::next_of(File& file, RawLine& line) {
  if (file.at >= file.text.size()) return Step::used_up;
  const char* const begin = file.text.data() + file.at;
  const std::size_t left = file.text.size() - file.at;
  const void* const newline = std::memchr(begin, '\n', left);
  const std::size_t length =
      newline == nullptr ? left
                         : static_cast<std::size_t>(static_cast<const char*>(newline) - begin);
  line = RawLine{{begin, length}, file.number, static_cast<std::uint32_t>(file.at), ++file.line};
  while (!line.text.empty() && line.text.back() == '\r')
    line.text.remove_suffix(1);
  file.at += length + 1;
  if (file.has_nul) drop_nul_line(line);
  return Step::line;
}

Lines::Step Lines::next_of(Body& body, RawLine& line) {
  if (body.next == body.definition->body.size()) return Step::used_up;
  if (!may_make_line(body.definition->where)) return Step::used_up;
  line = body.definition->body[body.next++];
  return Step::line;
}

Lines::Step Lines::next_of(Repeat& repeat, RawLine& line) {
  std::vector<std::string> values;
  if (!repeat.sequence.next(values)) return Step::used_up;
  if (!may_make_line(repeat.sequence.text().span())) return Step::used_up;
  for (std::size_t i = 0; i < values.size(); ++i)
    definitions_.define(repeat.sequence.names()[i],
                        {std::move(values[i]), {}, repeat.sequence.text().span()});
  line = repeat.sequence.text();
  return Step::line;
}

bool Lines::may_make_line(Span where) {
  if (++made_lines_ > free_made_lines + total_bytes_)
    stop(Code::expansion_too_large, where,
         "definitions and sequences stand for over half a million lines");
  return !stopped_;
}

Lines::Step Lines::next_of(RawLine& rest, RawLine& line) {
  if (rest.text.empty()) return Step::used_up;
  line = std::exchange(rest, RawLine{});
  return Step::line;
}

void Lines::leave(const Frame& frame) {
  if (const auto* file = std::get_if<File>(&frame)) {
    check = file->outer_check;
    definitions_.set_directory(file->outer_directory);
  } else if (const auto* repeat = std::get_if<Repeat>(&frame)) {
    for (std::size_t i = 0; i < repeat->hidden.size(); ++i)
      definitions_.restore(repeat->sequence.names()[i], repeat->hidden[i]);
  }
}

Lines::Step Lines::next_of(FileList& list, RawLine&) {
  if (list.next == list.paths.size()) return Step::used_up;
  enter_file(list.paths[list.next++], list);
  return Step::entered;  // or left out: the next one is tried
}

bool Lines::may_include(const std::string& path, const FileList& list) {
  const auto is_it = [&](const std::unique_ptr<Frame>& frame) {
    const auto* file = std::get_if<File>(frame.get());
    return file != nullptr && sources_.name(file->number) == path;
  };
  if (std::any_of(frames_.begin(), frames_.end(), is_it)) {
    problems_.report(Code::include_cycle, list.from, "'" + path + "' includes itself");
    return false;
  }
  if (open_files() >= deepest_include) {
    stop(Code::too_deep, list.from, "includes are nested more than 256 deep");
    return false;
  }
  if (sources_.count() == 0 || !files_.executable || !files_.executable(path)) return true;
  problems_.report(list.required ? Code::unreadable : Code::include_bad, list.from,
                   "'" + path + "' is executable and is left out");
  return false;
}

void Lines::enter_file(const std::string& path, const FileList& list) {
  if (!may_include(path, list)) return;
  auto contents = files_.read(path);
  if (!contents) {
    problems_.report(list.required ? Code::unreadable : Code::include_bad, list.from,
                     text(contents.error()));
    return;
  }
  total_bytes_ += contents->size();
  if (total_bytes_ > largest_total || sources_.count() >= most_files) {
    stop(Code::too_large, list.from,
         total_bytes_ > largest_total ? "the files are larger than 64 MiB together"
                                      : "more than 65,536 files are included");
    return;
  }
  const std::uint32_t number = sources_.add(path, std::move(*contents), list.from);
  const bool marked = sources_.text(number).starts_with(byte_order_mark);
  frames_.push_back(std::make_unique<Frame>(
      File{.number = number,
           .text = sources_.text(number),
           .at = marked ? byte_order_mark.size() : 0,
           .has_nul = sources_.text(number).find('\0') != std::string_view::npos,
           .outer_check = check,
           .outer_directory = definitions_.directory()}));
  definitions_.set_directory(directory_of(path));
}

// keepalived leaves a line with a NUL byte out, and says so.
void Lines::drop_nul_line(RawLine& line) {
  const std::size_t at = line.text.find('\0');
  if (at == line.text.npos) return;
  problems_.report(Code::nul_byte, line.span(at, 1), "the line holds a NUL byte and is left out");
  line.text = {};
}

std::size_t Lines::open_files() const {
  return static_cast<std::size_t>(std::count_if(
      frames_.begin(), frames_.end(),
      [](const std::unique_ptr<Frame>& frame) { return std::holds_alternative<File>(*frame); }));
}

}  // namespace lvsd
