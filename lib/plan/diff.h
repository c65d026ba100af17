#pragma once

#include <set>

#include "model/op.h"
#include "model/table.h"

// What has to be changed in the kernel. The reconciler asks, with what it has just read and what it
// wants.
//
// Laws (test/lib/plan/diff_test.cpp):
//   - applying diff(a, d) to a gives d, and every op is accepted where it stands;
//   - diff(d, d) is empty;
//   - no destination ever lacks its service;
//   - a service that has a usable destination in both tables has one at every step between, and
//     likewise a family that has a service (the kernel's hooks live as long as one);
//   - entries we do not own are never touched;
//   - after any prefix of a plan, and after any op that fails, a second diff arrives at d.
//
// Order, over the whole plan: new services, each with its destinations; then destinations that are
// new or raised; then the settings of services; then destinations that are lowered; then those that
// leave; services that leave last. So every prefix is safe to stop at.
//
// The kernel changes every setting of a service and of a destination in place, the persistence
// engine and the forwarding method included (ip_vs_edit_service, ip_vs_edit_dest), so nothing is
// ever removed and added again: that would cut connections.
//
// Two notes on what the kernel does by itself:
//   - A service takes its destinations with it when it is removed, in one step. They have no ops of
//     their own: emptying it first would only refuse clients for the time between.
//   - A new destination goes to the head of the service's list, and `sh` and `mh` fill their tables
//     in list order. Theirs are added highest key first, so that a director that starts afresh has
//     them in ascending order, as every other director. One that is added later stays at the head:
//     to move the others behind it would move their clients. With other schedulers the heaviest
//     goes first, as it takes the first clients.

namespace lvsd {

using Services = std::set<ServiceKey>;

// REQUIRES: `actual` holds no service of others.
Plan diff(const Table& actual, const Table& desired);

// Services of `actual` that are neither in `desired` nor in `owned` belong to others and are left
// alone; those that are owned and no longer desired are removed.
Plan diff(const Table& actual, const Table& desired, const Services& owned);

// One service; null where it does not exist.
Plan diff(const ServiceKey& key, const Service* actual, const Service* desired);

// Whether a destination with `to` gets less than with `from`: a lower weight, or the same weight
// and full earlier. One that comes back from weight 0 is a gain, whatever else changes.
bool takes_away(const DestinationSettings& from, const DestinationSettings& to);

}  // namespace lvsd
