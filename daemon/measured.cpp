#include "daemon/measured.h"

namespace lvsd {

const ServiceSnapshot* find_service(const Measured& measured, const ServiceKey& key) {
  if (!measured.table) return nullptr;
  if (measured.renewed) {
    const auto renewed = measured.renewed->find(key);
    if (renewed != measured.renewed->end())
      return renewed->second.service ? &*renewed->second.service : nullptr;
  }
  const auto found = measured.table->find(key);
  return found == measured.table->end() ? nullptr : &found->second;
}

}  // namespace lvsd
