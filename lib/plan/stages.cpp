#include "plan/stages.h"

#include <algorithm>
#include <iterator>
#include <variant>

#include "plan/apply.h"
#include "plan/diff.h"

namespace lvsd {

namespace {

struct Takes {
  const Table& actual;

  bool operator()(const AddService&) const { return false; }
  bool operator()(const SetService&) const { return false; }
  bool operator()(const AddDestination&) const { return false; }
  bool operator()(const RemoveService&) const { return true; }
  bool operator()(const RemoveDestination&) const { return true; }
  bool operator()(const SetDestination& op) const {
    const auto service = actual.find(op.service);
    if (service == actual.end()) return false;
    const auto destination = service->second.destinations.find(op.destination);
    return destination != service->second.destinations.end() &&
           takes_away(destination->second, op.settings);
  }
};

bool gives_weight(const Op& op) {
  if (const auto* add = std::get_if<AddDestination>(&op)) return add->settings.weight != 0;
  if (const auto* set = std::get_if<SetDestination>(&op)) return set->settings.weight != 0;
  return false;
}

// The services that lack a weight they should have been given, as they stand if exactly the failed
// ops were refused.
Table endangered(const Table& actual, const Plan& give, std::span<const std::size_t> failed) {
  Services keys;
  Table table;
  std::vector<bool> is_refused(give.size());
  for (const std::size_t i : failed) {
    is_refused[i] = true;
    const ServiceKey& key = service_of(give[i]);
    if (!gives_weight(give[i]) || !keys.insert(key).second) continue;
    if (const auto service = actual.find(key); service != actual.end()) table.insert(*service);
  }
  if (keys.empty()) return table;
  for (std::size_t i = 0; i < give.size(); ++i)
    if (keys.contains(service_of(give[i])) && !is_refused[i])
      (void)apply(table, give[i]);  // what follows from a refusal is refused as well
  for (const ServiceKey& key : keys)
    table.try_emplace(key);
  return table;
}

}  // namespace

bool is_usable(const Service& service) {
  return std::any_of(service.destinations.begin(), service.destinations.end(),
                     [](const auto& destination) { return destination.second.weight != 0; });
}

Stages stages(Plan plan, const Table& actual) {
  const auto first = std::find_if(
      plan.begin(), plan.end(), [&actual](const Op& op) { return std::visit(Takes{actual}, op); });
  Stages result;
  result.take.assign(std::make_move_iterator(first), std::make_move_iterator(plan.end()));
  plan.erase(first, plan.end());
  result.give = std::move(plan);
  return result;
}

Plan harmless(Plan take, const Table& actual, const Plan& give,
              std::span<const std::size_t> failed) {
  Table services = endangered(actual, give, failed);
  std::erase_if(take, [&services](const Op& op) {
    const auto entry = services.find(service_of(op));
    if (entry == services.end()) return false;
    Table after{*entry};
    if (apply(after, op) || !is_usable(after[entry->first])) return true;
    entry->second = std::move(after[entry->first]);
    return false;
  });
  return take;
}

}  // namespace lvsd
