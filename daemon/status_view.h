#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "daemon/outlook.h"

// What somebody should know who looks at lvsd for the first time today.

namespace lvsd {

// The status as a body, put together of looks at one virtual server after the other: between them
// the loop has other things to do.
class StatusText {
 public:
  void look(const Outlook& outlook, std::size_t index);
  // REQUIRES: all were looked at, in their order.
  std::string text(const Outlook& outlook) &&;

 private:
  api::StatusView view_;  // the attention that the services need, and the states of those not UP
  std::string services_;
};

// Parts of it.
// What needs attention of the daemon itself, and of one virtual server.
std::vector<api::AttentionView> own_attention(const Outlook& outlook);
void add_attention(const Outlook& outlook, std::size_t index,
                   std::vector<api::AttentionView>& attention);
// All but services, attention and the overall state, which follows from them.
api::StatusView daemon_view(const Outlook& outlook);
api::CheckCounts check_counts(const Outlook& outlook);
api::KernelView kernel_view(const Outlook& outlook);
std::optional<api::KernelControlsView> controls_view(const Outlook& outlook);
api::DriftView drift_view(const Outlook& outlook);
api::VersionView version_view(const std::optional<KernelInfo>& kernel);

}  // namespace lvsd
