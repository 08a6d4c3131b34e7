import LaminaCore
import LaminaOperators
import LaminaPasses
import LaminaTestSupport
import Testing

@Suite struct EinsumTests {
  private func graph(_ equation: String, _ a: Shape, _ b: Shape) throws -> Graph {
    var sketch = GraphSketch()
    let (x, z) = (sketch.input("a", a), sketch.input("b", b))
    let y = sketch.node(Einsum(equation: equation), x, z)
    return try sketch.finish(y)
  }

  static let contractions: [(String, Shape, Shape)] = [
    ("bid,bjd->bij", [2, 3, 4], [2, 5, 4]), ("ij,jk->ik", [3, 4], [4, 5]),
    ("ij,jk->ki", [3, 4], [4, 5]), ("ij,jk", [3, 4], [4, 5]),
    ("bhij,bhjd->bihd", [2, 3, 4, 5], [2, 3, 5, 6]), ("...ij,...jk->...ik", [2, 3, 4], [2, 4, 5]),
    ("i,i->", [7], [7]), ("ij,ij->i", [3, 4], [3, 4]), ("abc,cd->abd", [2, 3, 4], [4, 5]),
    ("i,ij->j", [3], [3, 4]), ("abcd,dcef->afbe", [2, 3, 4, 5], [5, 4, 6, 2]),
    ("bnd,bmd->bmn", [2, 3, 4], [2, 5, 4]), ("xby,ybz->bzx", [2, 3, 4], [4, 3, 5]),
  ]

  @Test(arguments: contractions.indices)
  func contractionsBecomeProducts(index: Int) throws {
    let (equation, a, b) = Self.contractions[index]
    let after = try expectSameOutputs(try graph(equation, a, b), after: [EinsumToMatMul()])
    #expect(after.operatorNames.contains("MatMul") && !after.operatorNames.contains("Einsum"))
  }

  @Test func theUsualProductNeedsNoOtherStep() throws {
    let plain = try graph("bid,bjd->bij", [2, 3, 4], [2, 5, 4])
    let after = try expectSameOutputs(plain, after: [EinsumToMatMul()])
    #expect(after.operatorNames == ["MatMul"])
  }

  /// A diagonal, a sum over one operand, no sum, a repeated axis, an empty one, a plain product.
  static let others: [(String, Shape, Shape)] = [
    ("ii,ij->j", [3, 3], [3, 4]), ("ij,jk->i", [3, 4], [4, 5]), ("i,j->ij", [3], [4]),
    ("ij,jk->ik", [3, 1], [4, 5]), ("ij,jk->ik", [3, 0], [0, 5]), ("ij,ij->ij", [3, 4], [3, 4]),
  ]

  @Test(arguments: others.indices)
  func otherEquationsStay(index: Int) throws {
    let (equation, a, b) = Self.others[index]
    let (after, log) = try PassPipeline([EinsumToMatMul()]).run(on: graph(equation, a, b))
    #expect(log.isEmpty && after.operatorNames == ["Einsum"])
  }
}
