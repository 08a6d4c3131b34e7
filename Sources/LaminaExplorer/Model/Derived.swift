extension ExplorerModel {
  /// Brings everything up to date that follows from the model, the query and the sortings.
  mutating func refresh() {
    refreshMatches()
    let only = preferences.showsOnlyMatches
    rows = outline.rows(open: openGroups, only: only ? nodeMatches : nil)
    let tensors = model?.tensors ?? []
    let steps = plan?.steps ?? []
    let shownTensors = tensors.indices.filter { !only || tensorMatches?.contains($0) ?? true }
    let shownSteps = steps.indices.filter { step in
      guard only, let nodeMatches else { return true }
      return steps[step].nodes.contains(where: nodeMatches.contains)
    }
    tensorOrder = TensorColumn.sorted(shownTensors, of: self)
    stepOrder = ProfileColumn.sorted(shownSteps, of: self)
    scrollIntoView()
  }

  /// Brings the map from operators to steps up to date.
  mutating func refreshPlan() {
    stepOfNode = [:]
    stepsNamedAfter = [:]
    for (index, step) in (plan?.steps ?? []).enumerated() {
      if let first = step.nodes.first { stepsNamedAfter[first, default: []].append(index) }
      for node in step.nodes where stepOfNode[node] == nil { stepOfNode[node] = index }
    }
  }

  private mutating func refreshMatches() {
    guard let query = preferences.query, let model, !query.terms.isEmpty else {
      nodeMatches = nil
      tensorMatches = nil
      return
    }
    nodeMatches = Set(
      model.nodes.indices.filter { query.matches(NodeSubject(node: $0, model: self)) }
    )
    tensorMatches = Set(
      model.tensors.indices.filter { query.matches(TensorSubject(tensor: $0, model: self)) }
    )
  }
}
