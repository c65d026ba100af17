#include "config/line.h"

#include <algorithm>

namespace lvsd {

Span ExpandedLine::span(std::size_t at, std::size_t length) const {
  const auto after = std::upper_bound(segments.begin(), segments.end(), at,
                                      [](std::size_t a, const Segment& s) { return a < s.at; });
  if (after == segments.begin()) return {};
  const Segment& segment = *(after - 1);
  if (segment.reference) return segment.origin;

  const std::size_t end = after == segments.end() ? text.size() : after->at;
  const std::size_t inside = std::min(length, end - std::min(at, end));
  return Span{segment.origin.file,
              segment.origin.offset + static_cast<std::uint32_t>(at - segment.at),
              static_cast<std::uint32_t>(inside)};
}

}  // namespace lvsd
