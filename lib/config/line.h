#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/source.h"

namespace lvsd {

// A line as it stands in a file, or a piece of one. The text points into Sources.
struct RawLine {
  std::string_view text;
  std::uint32_t file = 0;
  std::uint32_t offset = 0;  // of text in the file
  std::uint32_t number = 0;  // of the line, from 1

  RawLine from(std::size_t at) const {
    return {text.substr(at), file, offset + static_cast<std::uint32_t>(at), number};
  }
  RawLine upto(std::size_t size) const { return {text.substr(0, size), file, offset, number}; }
  Span span(std::size_t at, std::size_t length) const {
    return {file, offset + static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(length)};
  }
  Span span() const { return span(0, text.size()); }
};

// A line whose definitions have been replaced, and where each part of it was written.
struct ExpandedLine {
  struct Segment {
    std::size_t at = 0;  // in text; the segment ends where the next one starts
    Span origin;
    bool reference = false;  // the whole segment stands for `origin`; else they run in parallel
  };

  std::string text;
  std::vector<Segment> segments;

  // REQUIRES: at < text.size() or text is empty.
  Span span(std::size_t at, std::size_t length) const;
};

}  // namespace lvsd
