#pragma once

#include <vector>

#include "api/doctor_views.h"
#include "doctor/doctor.h"

namespace lvsd {

// What the doctor found, as lvsctl and the API say it.
std::vector<api::FindingView> finding_views(const std::vector<doctor::Diagnosis>& diagnoses);

}  // namespace lvsd
