#pragma once

#include "api/doctor_views.h"
#include "api/fields.h"

// The fields of the views of doctor_views.h; how they are described, fields.h says.

namespace lvsd::api {

template <>
struct Fields<FindingView> {
  static constexpr std::string_view kind = "Finding";
  static void visit(auto& finding, auto& field) {
    field("id", finding.id);
    field("severity", finding.severity);
    field("title", finding.title);
    field("text", finding.text);
    field("fix", finding.fix);
  }
};

}  // namespace lvsd::api
