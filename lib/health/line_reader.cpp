#include "health/line_reader.h"

#include <utility>

namespace lvsd {

std::optional<std::string_view> LineReader::line(std::string_view& bytes) {
  if (std::exchange(given_, false)) begun_.clear();
  const std::size_t end = bytes.find('\n');
  const std::size_t length = end == std::string_view::npos ? bytes.size() : end + 1;
  overlong_ = overlong_ || begun_.size() + length > most_;
  if (overlong_) return std::nullopt;

  taken_ += length;
  std::string_view piece = bytes.substr(0, length);
  bytes.remove_prefix(length);
  if (end == std::string_view::npos) {
    begun_ += piece;
    return std::nullopt;
  }
  if (!begun_.empty()) {
    begun_ += piece;
    piece = begun_;
    given_ = true;
  }
  piece.remove_suffix(1);
  if (piece.ends_with('\r')) piece.remove_suffix(1);
  return piece;
}

}  // namespace lvsd
