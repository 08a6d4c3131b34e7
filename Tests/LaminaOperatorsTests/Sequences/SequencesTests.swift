import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct SequencesTests {
  private func scalar(_ value: Float) -> Datum { .tensor(Tensor(scalar: value)) }
  private func place(_ value: Int64) -> Datum { .tensor(Tensor(scalar: value)) }

  private func numbers(_ datum: Datum) throws -> [Double] {
    try datum.sequence.map { try $0.tensor.scalar() }
  }

  private var three: Datum { .sequence([scalar(1), scalar(2), scalar(3)]) }

  @Test func sequencesAreMade() throws {
    let made = try SequenceConstruct().evaluate(values: [scalar(1), scalar(2)])[0]
    #expect(try numbers(made) == [1, 2])
    #expect(try SequenceEmpty().evaluate(values: [])[0].sequence.isEmpty)
    let types = try SequenceConstruct().outputTypes(forValues: [
      .tensor(TensorType(.int8, [2, 3])), .tensor(TensorType(.int8, [4, 3])),
    ])
    #expect(types == [.sequence(.tensor(TensorType(.int8, [-1, 3])))])
    #expect(throws: ShapeError.self) {
      try SequenceConstruct().evaluate(values: [scalar(1), place(1)])
    }
  }

  @Test func placesAreReservedAndFilled() throws {
    let reserved = try SequenceReserve().evaluate(values: [place(2)])[0]
    #expect(try reserved.sequence.map { try $0.tensor.count } == [0, 0])
    let filled = try SequenceSet().evaluate(values: [three, place(1), scalar(9)])[0]
    #expect(try numbers(filled) == [1, 9, 3])
    #expect(throws: ShapeError.self) {
      try SequenceSet().evaluate(values: [three, place(3), scalar(9)])
    }
    #expect(throws: ShapeError.self) { try SequenceReserve().evaluate(values: [place(-1)]) }
    let types = try SequenceSet().outputTypes(forValues: [
      .sequence(.unknown), .tensor(TensorType(.int32, [])), .tensor(TensorType(.float32, [2])),
    ])
    #expect(types == [.sequence(.tensor(TensorType(.float32, [2])))])
  }

  @Test func elementsAreTakenPutInAndTakenOut() throws {
    #expect(try SequenceAt().evaluate(values: [three, place(-1)])[0].tensor.scalar() == 3)
    #expect(throws: ShapeError.self) { try SequenceAt().evaluate(values: [three, place(3)]) }
    let inserted = try SequenceInsert().evaluate(values: [three, scalar(9), place(-1)])[0]
    #expect(try numbers(inserted) == [1, 2, 9, 3])
    let appended = try SequenceInsert().evaluate(values: [three, scalar(9)])[0]
    #expect(try numbers(appended) == [1, 2, 3, 9])
    #expect(throws: ShapeError.self) {
      try SequenceInsert().evaluate(values: [three, scalar(9), place(4)])
    }
    let erased = try SequenceErase().evaluate(values: [three, place(0)])[0]
    #expect(try numbers(erased) == [2, 3])
    #expect(throws: ShapeError.self) { try SequenceErase().evaluate(values: [.sequence([])]) }
  }

  @Test func lengthsAreCounted() throws {
    let length = try SequenceLength().evaluate(values: [three])[0].tensor
    expectClose(length, Tensor(scalar: Int64(3)))
    #expect(throws: ShapeError.self) { try SequenceLength().evaluate(values: [scalar(1)]) }
  }

  @Test func tensorsAreCutIntoSequences() throws {
    let x = Datum.tensor(counting([2, 3]))
    let singles = try SplitToSequence(axis: 1, keepsDimensions: false).evaluate(values: [x])[0]
    #expect(try singles.sequence.map { try $0.tensor.shape } == [[2], [2], [2]])
    let pairs = try SplitToSequence(axis: 1).evaluate(values: [x, place(2)])[0]
    #expect(try pairs.sequence.map { try $0.tensor.shape } == [[2, 2], [2, 1]])
    let listed = Datum.tensor(Tensor([2], [Int64(1), 1]))
    #expect(throws: ShapeError.self) {
      try SplitToSequence(axis: 1).evaluate(values: [x, listed])
    }
    #expect(throws: ShapeError.self) {
      try SplitToSequence(axis: 1).evaluate(values: [x, place(0)])
    }
    let types = try SplitToSequence().outputTypes(forValues: [.tensor(TensorType(.int8, [4, 2]))])
    #expect(types == [.sequence(.tensor(TensorType(.int8, [1, 2])))])
  }

  @Test func sequencesAreJoined() throws {
    let rows = Datum.sequence([.tensor(counting([2])), .tensor(counting([2], from: 5))])
    let joined = try ConcatFromSequence(axis: 0).evaluate(values: [rows])[0].tensor
    expectClose(joined, Tensor([4], [Float(0), 1, 5, 6]))
    let stacked = try ConcatFromSequence(axis: 1, makesNewAxis: true).evaluate(values: [rows])[0]
    expectClose(try stacked.tensor, Tensor([2, 2], [Float(0), 5, 1, 6]))
    #expect(throws: ShapeError.self) {
      try ConcatFromSequence(axis: 0).evaluate(values: [.sequence([])])
    }
  }

  @Test func optionalsHoldAValueOrNot() throws {
    let full = try MakeOptional().evaluate(values: [scalar(4)])[0]
    let empty = try MakeOptional(type: .tensor(TensorType(.int8, []))).evaluate(values: [])[0]
    func isPresent(_ datum: Datum?) throws -> Bool {
      try OptionalHasElement().evaluate(values: Inputs([datum]))[0].tensor.scalar() == 1
    }
    #expect(try isPresent(full))
    #expect(try isPresent(scalar(1)))
    #expect(try !isPresent(empty))
    #expect(try !isPresent(nil))
    #expect(try OptionalGetElement().evaluate(values: [full])[0].tensor.scalar() == 4)
    #expect(throws: ShapeError.self) { try OptionalGetElement().evaluate(values: [empty]) }
    #expect(throws: ShapeError.self) { try MakeOptional().outputTypes(forValues: []) }
  }
}
