#include "plan/diff.h"

#include <algorithm>
#include <iterator>

namespace lvsd {

bool takes_away(const DestinationSettings& from, const DestinationSettings& to) {
  if (to.weight != from.weight) return to.weight < from.weight;
  const bool fills_earlier = to.upper_threshold != 0 && (from.upper_threshold == 0 ||
                                                         to.upper_threshold < from.upper_threshold);
  return fills_earlier;
}

namespace {

// The plan in the making, a list for each place in the order.
struct Phases {
  Plan create;  // services with their destinations
  Plan raise;   // destinations, new or with more weight
  Plan tune;    // services
  Plan lower;   // destinations
  Plan leave;   // destinations
  Plan remove;  // services
};

Plan joined(Phases&& phases) {
  Plan plan = std::move(phases.create);
  for (Plan* phase : {&phases.raise, &phases.tune, &phases.lower, &phases.leave, &phases.remove})
    plan.insert(plan.end(), std::make_move_iterator(phase->begin()),
                std::make_move_iterator(phase->end()));
  return plan;
}

using Addition = Destinations::const_pointer;

// The order in which destinations are added, see the header.
void sort_additions(std::vector<Addition>& additions, const std::string& scheduler) {
  if (scheduler == "sh" || scheduler == "mh") {
    std::reverse(additions.begin(), additions.end());
    return;
  }
  std::stable_sort(additions.begin(), additions.end(),
                   [](Addition a, Addition b) { return a->second.weight > b->second.weight; });
}

void add_destinations(const ServiceKey& key, std::vector<Addition> additions,
                      const std::string& scheduler, Plan& plan) {
  sort_additions(additions, scheduler);
  for (const Addition addition : additions)
    plan.push_back(AddDestination{key, addition->first, addition->second});
}

void create(const ServiceKey& key, const Service& desired, Phases& phases) {
  phases.create.push_back(AddService{key, desired.settings});
  std::vector<Addition> additions;
  for (const auto& destination : desired.destinations)
    additions.push_back(&destination);
  add_destinations(key, std::move(additions), desired.settings.scheduler, phases.create);
}

void change(const ServiceKey& key, const Service& actual, const Service& desired, Phases& phases) {
  std::vector<Addition> additions;
  auto old = actual.destinations.begin();
  const auto leave_before = [&](const DestinationKey* limit) {
    for (; old != actual.destinations.end() && (!limit || old->first < *limit); ++old)
      phases.leave.push_back(RemoveDestination{key, old->first});
  };
  for (const auto& wanted : desired.destinations) {
    leave_before(&wanted.first);
    if (old == actual.destinations.end() || wanted.first < old->first) {
      additions.push_back(&wanted);
      continue;
    }
    if (old->second != wanted.second) {
      Plan& phase = takes_away(old->second, wanted.second) ? phases.lower : phases.raise;
      phase.push_back(SetDestination{key, wanted.first, wanted.second});
    }
    ++old;
  }
  leave_before(nullptr);
  add_destinations(key, std::move(additions), desired.settings.scheduler, phases.raise);
  if (actual.settings != desired.settings) phases.tune.push_back(SetService{key, desired.settings});
}

void compare(const ServiceKey& key, const Service* actual, const Service* desired, Phases& phases) {
  if (!actual && desired) create(key, *desired, phases);
  if (actual && desired) change(key, *actual, *desired, phases);
  if (actual && !desired) phases.remove.push_back(RemoveService{key});
}

// What it takes to make those services that are not there; at a start that is all of them.
std::size_t size_of_creation(const Table& actual, const Table& desired) {
  std::size_t size = 0;
  for (const auto& [key, service] : desired)
    if (!actual.contains(key)) size += 1 + service.destinations.size();
  return size;
}

template <class IsOurs>
Plan diff_if(const Table& actual, const Table& desired, IsOurs is_ours) {
  Phases phases;
  phases.create.reserve(size_of_creation(actual, desired));
  auto old = actual.begin();
  const auto remove_before = [&](const ServiceKey* limit) {
    for (; old != actual.end() && (!limit || old->first < *limit); ++old)
      if (is_ours(old->first)) compare(old->first, &old->second, nullptr, phases);
  };
  for (const auto& [key, wanted] : desired) {
    remove_before(&key);
    const bool exists = old != actual.end() && old->first == key;
    compare(key, exists ? &old->second : nullptr, &wanted, phases);
    if (exists) ++old;
  }
  remove_before(nullptr);
  return joined(std::move(phases));
}

}  // namespace

Plan diff(const Table& actual, const Table& desired) {
  return diff_if(actual, desired, [](const ServiceKey&) { return true; });
}

Plan diff(const Table& actual, const Table& desired, const Services& owned) {
  return diff_if(actual, desired, [&owned](const ServiceKey& key) { return owned.contains(key); });
}

Plan diff(const ServiceKey& key, const Service* actual, const Service* desired) {
  Phases phases;
  compare(key, actual, desired, phases);
  return joined(std::move(phases));
}

}  // namespace lvsd
