#include "daemon/finding_views.h"

#include <string>

namespace lvsd {

std::vector<api::FindingView> finding_views(const std::vector<doctor::Diagnosis>& diagnoses) {
  std::vector<api::FindingView> out;
  out.reserve(diagnoses.size());
  for (const doctor::Diagnosis& one : diagnoses)
    out.push_back({.id = std::string(one.rule->id),
                   .severity = std::string(text(one.finding.severity)),
                   .title = std::string(one.rule->title),
                   .text = one.finding.text,
                   .fix = one.finding.fix});
  return out;
}

}  // namespace lvsd
