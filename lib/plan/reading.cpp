#include "plan/reading.h"

#include <algorithm>

namespace lvsd {

Table table_of(const Snapshot& reading, const Services& services) {
  Table table;
  for (const ServiceKey& key : services)
    if (const auto found = reading.find(key); found != reading.end())
      table.emplace_hint(table.end(), key, service_of(found->second));
  return table;
}

Table taken_from(Table& reading, const Services& services) {
  Table table;
  for (const ServiceKey& key : services)
    if (auto found = reading.extract(key)) table.insert(table.end(), std::move(found));
  return table;
}

bool is_as_wanted(const ServiceSnapshot& found, const Service& wanted) {
  return found.settings == wanted.settings &&
         std::ranges::equal(found.destinations, wanted.destinations,
                            [](const auto& is, const auto& ought) {
                              return is.first == ought.first && is.second.settings == ought.second;
                            });
}

Services unlike(const Snapshot& reading, const Table& wanted, const Services& services) {
  Services differing;
  for (const ServiceKey& key : services) {
    const auto found = reading.find(key);
    const auto ought = wanted.find(key);
    if (found == reading.end() || ought == wanted.end() ||
        !is_as_wanted(found->second, ought->second))
      differing.insert(differing.end(), key);
  }
  return differing;
}

}  // namespace lvsd
