#include "plan/fights.h"

#include <algorithm>

namespace lvsd {

bool Fights::holds(const std::string& entry, Time now) const {
  const auto found = quarrels_.find(entry);
  if (found == quarrels_.end()) return false;
  const Quarrel& quarrel = found->second;
  return quarrel.pause != Duration::zero() && now < quarrel.last() + quarrel.pause;
}

bool Fights::note_repair(const std::string& entry, Time now) {
  Quarrel& quarrel = quarrels_[entry];
  quarrel.repairs.push_back(now);
  if (quarrel.repairs.size() > rules_.repairs) quarrel.repairs.erase(quarrel.repairs.begin());
  if (quarrel.pause != Duration::zero()) {
    quarrel.pause = std::min(quarrel.pause * 2, rules_.longest_pause);
    return false;
  }
  if (quarrel.repairs.size() < rules_.repairs || now - quarrel.repairs.front() > rules_.within)
    return false;
  quarrel.pause = rules_.first_pause;
  return true;
}

std::vector<std::string> Fights::ended(Time now) {
  std::vector<std::string> over;
  std::erase_if(quarrels_, [&](const auto& entry) {
    const Quarrel& quarrel = entry.second;
    if (now - quarrel.last() <= quarrel.pause + rules_.within) return false;
    if (quarrel.pause != Duration::zero()) over.push_back(entry.first);
    return true;
  });
  return over;
}

std::vector<std::string> Fights::going_on() const {
  std::vector<std::string> entries;
  for (const auto& [entry, quarrel] : quarrels_)
    if (quarrel.pause != Duration::zero()) entries.push_back(entry);
  return entries;
}

}  // namespace lvsd
