#pragma once

#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// Where each node runs, derived from who needs it: the deepest tree position that lies on the way
/// to every decision and exit that needs the node (the lowest common ancestor of its users).
/// A node placed at a tree position runs on arrival there, before its decision or as its exit.
/// @return one TreeId a node; kNoTree for a node that nothing needs
std::vector<TreeId> place_nodes(const Graph& graph);

/// The parent of each tree position; kNoTree for the root.
std::vector<TreeId> tree_parents(const Graph& graph);

/// Estimated work on the path from the root to each exit (see estimate_work), by exit index.
std::vector<double> path_work(const Graph& graph);

/// Multiply-accumulates on the path from the root to each exit, by exit index.
std::vector<double> path_macs(const Graph& graph);

}  // namespace exeunt
