#include "config/origins.h"

namespace lvsd {

Origins::Key Origins::key(const Place& place, std::string_view keyword) {
  return {place.block, place.start.file, place.start.line, place.index, keyword};
}

void Origins::record(const Place& place, std::string_view keyword, Origin where) {
  origins_.insert_or_assign(key(place, keyword), where);
}

std::optional<Origin> Origins::find(const Place& place, std::string_view keyword) const {
  const auto found = origins_.find(key(place, keyword));
  if (found == origins_.end()) return std::nullopt;
  return found->second;
}

}  // namespace lvsd
