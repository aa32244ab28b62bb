// Decides about each origin on standard input, as a template of API Gateway does.
import java.nio.charset.StandardCharsets;

public class Decide {
  public static void main(String[] arguments) throws Exception {
    String text = new String(System.in.readAllBytes(), StandardCharsets.US_ASCII);
    StringBuilder decided = new StringBuilder();
    for (String origin : text.split("\n", -1)) {
      decided.append(origin.matches(arguments[0]) ? '1' : '0');
    }
    System.out.print(decided);
  }
}
