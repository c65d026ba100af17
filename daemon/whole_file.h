#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lvsd {

// Files of our own in the state directory. Both block.

// The whole of it; nothing where there is no such file. A link is not followed. Error
// file_too_large: it has more than `most` bytes.
Result<std::optional<std::string>> file_content(const std::filesystem::path& path,
                                                std::size_t most);

// Puts the text there, whole or not at all: written beside, synced, renamed, and the directory
// synced, for us alone to read. The directory is made if it is missing, for us alone as well.
Result<void> replace_file(const std::filesystem::path& path, std::string_view text);

// The same with a text that nobody has in one piece: `give` hands its pieces over, one after the
// other.
using TakePiece = std::function<void(std::string_view piece)>;
Result<void> replace_file(const std::filesystem::path& path,
                          const std::function<void(const TakePiece& take)>& give);

}  // namespace lvsd
